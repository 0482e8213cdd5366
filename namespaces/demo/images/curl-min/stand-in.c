// What curl's library calls of OpenLDAP and librtmp, for a curl without ldap:// and rtmp://. Such addresses are refused as
// malformed, by the first function each of them is given to; what would come after that is never called.
static char nothing;

int ldap_url_parse(void) { return 2; }
void *RTMP_Alloc(void) { return &nothing; }
int RTMP_SetupURL(void) { return 0; }

#define NEVER(name) \
  void name(void) {}
NEVER(RTMP_Close)
NEVER(RTMP_Connect1)
NEVER(RTMP_ConnectStream)
NEVER(RTMP_Free)
NEVER(RTMP_Init)
NEVER(RTMP_Read)
NEVER(RTMP_SetBufferMS)
NEVER(RTMP_Write)
NEVER(ber_bvfree)
NEVER(ber_free)
NEVER(ber_memfree)
NEVER(ber_memvfree)
NEVER(ber_sockbuf_add_io)
NEVER(ldap_abandon_ext)
NEVER(ldap_err2string)
NEVER(ldap_free_urldesc)
NEVER(ldap_get_attribute_ber)
NEVER(ldap_get_dn_ber)
NEVER(ldap_get_option)
NEVER(ldap_init_fd)
NEVER(ldap_memfree)
NEVER(ldap_msgfree)
NEVER(ldap_msgtype)
NEVER(ldap_parse_result)
NEVER(ldap_parse_sasl_bind_result)
NEVER(ldap_pvt_url_scheme2proto)
NEVER(ldap_result)
NEVER(ldap_sasl_bind)
NEVER(ldap_search_ext)
NEVER(ldap_set_option)
NEVER(ldap_start_tls)
NEVER(ldap_unbind_ext)
